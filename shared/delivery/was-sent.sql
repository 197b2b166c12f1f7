-- Which of these messages the provider is known to have taken.
select msg_id from comms_message where msg_id = any($1) and status in ('sent', 'delivered', 'bounced', 'complained')
