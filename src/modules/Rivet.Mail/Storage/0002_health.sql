-- How sending goes, so that a restart does not forget it.
ALTER TABLE mail_setting ADD COLUMN sent_ms INTEGER;        -- the last that the server took
ALTER TABLE mail_setting ADD COLUMN failing_ms INTEGER;     -- since when it takes none; null while it does
ALTER TABLE mail_setting ADD COLUMN failing_step INTEGER;   -- where the last attempt stopped
