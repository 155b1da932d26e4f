"""S3 as seen from smtf: one connection, one kind of folder, for stores, channels and backends. Needs ``smtf[s3]``."""

from smtf_core.s3.folder import S3Folder, S3Object

__all__ = ["S3Folder", "S3Object"]
