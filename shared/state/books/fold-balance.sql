-- Adds up what has changed since the last time.
with gone as (
  delete from comms_balance_change returning tenant_id, hour, status, messages
)
insert into comms_balance as b (tenant_id, hour, status, messages)
select tenant_id, hour, status, sum(messages) from gone group by 1, 2, 3 having sum(messages) <> 0
on conflict (hour, tenant_id, status) do update set messages = b.messages + excluded.messages
