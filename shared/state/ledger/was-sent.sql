-- The messages among these that the provider took.
select msg_id from comms_message
where msg_id = any($1) and (sent_at is not null or status in ('sent', 'delivered', 'bounced', 'complained'))
