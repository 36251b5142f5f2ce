-- How a company seals its messages with keys of its own key server: what is said to its people, and whether bodies in clear are refused. No key is here.
ALTER TABLE messaging_policy ADD COLUMN key_server TEXT NOT NULL DEFAULT ''; -- empty: it does not
ALTER TABLE messaging_policy ADD COLUMN key_server_pin BLOB NOT NULL DEFAULT x'';
ALTER TABLE messaging_policy ADD COLUMN sealing_required INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messaging_policy ADD COLUMN sealing_since_ms INTEGER NOT NULL DEFAULT 0;
