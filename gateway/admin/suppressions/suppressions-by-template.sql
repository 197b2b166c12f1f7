-- Which templates' messages caused the entries since an instant, the most first (SUP-07). $1 tenant, $2 since, $3 rows at most.
select m.template_name as template, s.channel, s.reason, count(*)::int as count,
  (extract(epoch from max(s.created_at)) * 1000)::float8 as latest_at
from comms_suppression s left join comms_message m on m.msg_id = s.msg_id and m.tenant_id = s.tenant_id
where s.tenant_id = $1 and s.created_at >= $2
group by m.template_name, s.channel, s.reason
order by count desc, template, s.channel, s.reason
limit $3
