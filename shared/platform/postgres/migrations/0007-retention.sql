-- What sweeps look for: the rows of a table by their age. The columns are written once, so the indexes cost no later write.
create index comms_message_created on comms_message (created_at);
create index inapp_notification_created on inapp_notification (created_at);
create index inapp_notification_expiry on inapp_notification (expires_at) where expires_at is not null;
create index comms_rejected_age on comms_rejected (recorded_at);
