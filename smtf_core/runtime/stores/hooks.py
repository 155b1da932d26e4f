"""Plugin ``stores``: the checkpoint stores that come with smtf."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.checkpoint_store import CheckpointStoreSpec


@hookimpl
def smtf_register_checkpoint_stores() -> list[CheckpointStoreSpec]:
    """Declare the stores for local folders and for S3."""
    return [
        CheckpointStoreSpec(
            name="file",
            factory="smtf_core.runtime.stores.local:LocalStore",
            summary="a local folder: file:// or a plain path",
        ),
        CheckpointStoreSpec(
            name="s3",
            factory="smtf_core.runtime.stores.s3:S3Store",
            extra="smtf[s3]",
            in_flight=3,
            summary="a prefix of an S3 bucket, s3://bucket/prefix; written to while training goes on",
        ),
    ]
