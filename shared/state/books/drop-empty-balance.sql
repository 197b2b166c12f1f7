-- Removes lines of the books that no message is in any more.
delete from comms_balance where messages = 0
