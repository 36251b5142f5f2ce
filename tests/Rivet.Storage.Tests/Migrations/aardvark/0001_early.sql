CREATE TABLE early (number INTEGER);
