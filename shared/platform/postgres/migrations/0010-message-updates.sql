-- A message's row is written several times: decided, rendered, sent, delivered. Postgres writes every index of the table anew
-- at each of them, unless no column of any index has changed and the new version finds room on the page of the old one.
-- comms_message_open held `status`, which changes each time, and no statement asks by it.
drop index comms_message_open;
-- Room for new versions, on pages that are written from now on; the rows that are there stay where they are.
alter table comms_message set (fillfactor = 70);
