-- Says that a look through the books has ended.
update comms_audit_lease set audited_at = now()
