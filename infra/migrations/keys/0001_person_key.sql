-- Keys of persons, in a database of their own: kept and backed up apart from what they seal.
CREATE TABLE person_key (
  store_id   TEXT   NOT NULL,
  person_id  TEXT   NOT NULL,
  sealed_key BYTEA  NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (store_id, person_id)
);
