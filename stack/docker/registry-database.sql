-- The registry's own database beside ours: its schemas must last as long as the log.
create database registry;
