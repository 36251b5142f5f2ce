CREATE TABLE whole (number INTEGER);
