-- $1 tenant, '*' for all; $2 since; $3 channel or null.
select channel, status, count(*)::int as count from comms_message
where ($1 = '*' or tenant_id = $1) and created_at >= $2 and ($3::text is null or channel = $3)
group by channel, status
order by channel, count desc, status
