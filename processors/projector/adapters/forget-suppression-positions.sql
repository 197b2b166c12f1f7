-- Forgets which record each entry came from: its topic has been made again, and offsets begin at zero. The entries stay.
update comms_suppression set source_position = -1, lifted_position = -1
