-- What left the windows, also before a crash: its decisions may not have been written.
select d.window_id, d.item_id, d.event_id, d.occurred_at, d.msg_id, d.correlation_id, d.channel, d.cause_event, d.cause_ref,
       d.template_name, d.category_key as category, d.received_at, c.cancelled_at, c.reason
from comms_digest d
join comms_cancellation c on c.tenant_id = d.tenant_id and c.cause_ref = d.cause_ref
where d.window_id = any($1::text[]) and d.status = 'cancelled'
order by d.window_id, d.occurred_at, d.item_id
