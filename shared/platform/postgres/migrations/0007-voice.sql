-- The channel voice: the words of its templates, and its name in every check on a channel.
alter table comms_template add column voice_text text;
alter table comms_template drop constraint comms_template_channel_check, add constraint comms_template_channel_check
  check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp', 'voice'));
alter table comms_pref drop constraint comms_pref_channel_check, add constraint comms_pref_channel_check
  check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp', 'voice'));
alter table comms_message drop constraint comms_message_channel_check, add constraint comms_message_channel_check
  check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp', 'voice'));
alter table comms_suppression drop constraint comms_suppression_channel_check, add constraint comms_suppression_channel_check
  check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp', 'voice'));
alter table comms_decision drop constraint comms_decision_channel_check, add constraint comms_decision_channel_check
  check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp', 'voice'));
alter table comms_digest_window drop constraint comms_digest_window_channel_check, add constraint comms_digest_window_channel_check
  check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp', 'voice'));
alter table comms_digest drop constraint comms_digest_channel_check, add constraint comms_digest_channel_check
  check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp', 'voice'));
