insert into comms_template ({columns})
select {values}
from {rows}
on conflict (template_id) do update set
  {replacements}
