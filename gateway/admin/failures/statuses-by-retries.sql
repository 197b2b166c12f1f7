-- The first attempt is no retry. $1 tenant, '*' for all; $2 since; $3 channel or null.
select status, greatest(attempts - 1, 0) as retry_count, count(*)::int as count from comms_message
where ($1 = '*' or tenant_id = $1) and created_at >= $2 and ($3::text is null or channel = $3)
group by status, greatest(attempts - 1, 0)
order by retry_count desc, count desc, status
