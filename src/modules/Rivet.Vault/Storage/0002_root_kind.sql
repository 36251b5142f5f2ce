-- What wraps the keys: 1 a file, 2 a key inside a PKCS#11 module.
ALTER TABLE vault_root ADD COLUMN kind INTEGER NOT NULL DEFAULT 1;
