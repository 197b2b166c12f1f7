-- When the books were last looked through.
select (extract(epoch from audited_at) * 1000)::float8 as "auditedAt" from comms_audit_lease where audited_at is not null
