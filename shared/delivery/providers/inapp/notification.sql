-- The message's id is the notification's, so a second write changes nothing.
insert into inapp_notification ({columns})
select {values} from {rows}
on conflict (inapp_id) do nothing
