insert into comms_repermission
  (repermission_id, tenant_id, suppress_id, channel, address_hash, source, consented_at, document, recorded_by, recorded_at)
values
  ($1, $2, $3, $4, $5, $6, to_timestamp($7 / 1000.0), $8, $9, to_timestamp($10 / 1000.0))
