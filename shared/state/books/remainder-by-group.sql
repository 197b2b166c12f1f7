-- How many records are missing, by group and topic.
select consumer_group as "group", topic, count(*)::float8 as records from comms_remainder group by 1, 2
