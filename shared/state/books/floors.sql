-- Up to where each partition has been looked through.
select topic, partition, floor::float8 as floor from comms_audited
