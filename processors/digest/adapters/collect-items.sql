-- An item is in exactly one digest: its id is taken once.
insert into comms_digest (item_id, tenant_id, user_id, cadence, window_id, window_closes_at, channel, msg_id, event_id, correlation_id,
                          causation_id, occurred_at, recorded_at, cause_event, cause_ref, template_name, category_key, payload)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::text[],
                     $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::text[], $16::text[], $17::text[], $18::jsonb[])
on conflict (item_id) do nothing
