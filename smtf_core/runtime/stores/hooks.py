"""Plugin ``stores``: the checkpoint stores that come with smtf."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.checkpoint_store import CheckpointStoreSpec


@hookimpl
def smtf_register_checkpoint_stores() -> list[CheckpointStoreSpec]:
    """Declare the store for local folders."""
    return [
        CheckpointStoreSpec(
            name="file",
            factory="smtf_core.runtime.stores.local:LocalStore",
            summary="a local folder: file:// or a plain path",
        )
    ]
