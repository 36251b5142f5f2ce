-- Of pages and mail, for whoever asks for none: en or zh-CN.
ALTER TABLE identity_company ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
