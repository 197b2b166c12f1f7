-- The greatest of the last errors stands for its status. $1 tenant, '*' for all; $2 since; $3 channel or null.
select status, count(*)::int as count,
  max(last_error_code) filter (where status not in ('sent', 'delivered')) as max_error
from comms_message
where ($1 = '*' or tenant_id = $1) and created_at >= $2 and ($3::text is null or channel = $3)
group by status
order by count desc, status
