-- Messages of the last hour that are decided to go and have no result yet, by channel. $1 tenant, '*' for all; $2 since.
select channel, count(*)::int as count from comms_message
where ($1 = '*' or tenant_id = $1) and created_at >= $2 and status = 'queued'
group by channel
