-- A window locked here cannot be leased before the items are in it; one that was leased is being summed up, and takes no more.
select window_id, (status = 'closed' or lease_owner is not null) as shut
from comms_digest_window where window_id = any($1::text[]) order by window_id for share
