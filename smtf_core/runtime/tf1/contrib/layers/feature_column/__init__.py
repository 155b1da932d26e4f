"""Feature columns of ``tf.contrib.layers``: what they are, and how a raw feature becomes what they describe.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers``, "Feature columns". The classes are called as there and
print as there, because columns are laid out in the order of their printed form: a checkpoint's kernels depend on it.
"""

from smtf_core.runtime.tf1.contrib.layers.feature_column.column import Features as Features
from smtf_core.runtime.tf1.contrib.layers.feature_column.column import _FeatureColumn as _FeatureColumn
from smtf_core.runtime.tf1.contrib.layers.feature_column.column import _IdColumn as _IdColumn
from smtf_core.runtime.tf1.contrib.layers.feature_column.column import (
    create_feature_spec_for_parsing as create_feature_spec_for_parsing,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column.crossed import _CrossedColumn as _CrossedColumn
from smtf_core.runtime.tf1.contrib.layers.feature_column.crossed import crossed as crossed
from smtf_core.runtime.tf1.contrib.layers.feature_column.crossed import crossed_column as crossed_column
from smtf_core.runtime.tf1.contrib.layers.feature_column.embedding import _EmbeddingColumn as _EmbeddingColumn
from smtf_core.runtime.tf1.contrib.layers.feature_column.embedding import _OneHotColumn as _OneHotColumn
from smtf_core.runtime.tf1.contrib.layers.feature_column.embedding import (
    _ScatteredEmbeddingColumn as _ScatteredEmbeddingColumn,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column.embedding import embedding_column as embedding_column
from smtf_core.runtime.tf1.contrib.layers.feature_column.embedding import one_hot_column as one_hot_column
from smtf_core.runtime.tf1.contrib.layers.feature_column.embedding import (
    scattered_embedding_column as scattered_embedding_column,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column.embedding import (
    shared_embedding_columns as shared_embedding_columns,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column.real_valued import _BucketizedColumn as _BucketizedColumn
from smtf_core.runtime.tf1.contrib.layers.feature_column.real_valued import _RealValuedColumn as _RealValuedColumn
from smtf_core.runtime.tf1.contrib.layers.feature_column.real_valued import bucketized_column as bucketized_column
from smtf_core.runtime.tf1.contrib.layers.feature_column.real_valued import real_valued_column as real_valued_column
from smtf_core.runtime.tf1.contrib.layers.feature_column.sparse import _SparseColumn as _SparseColumn
from smtf_core.runtime.tf1.contrib.layers.feature_column.sparse import _WeightedSparseColumn as _WeightedSparseColumn
from smtf_core.runtime.tf1.contrib.layers.feature_column.sparse import (
    sparse_column_with_hash_bucket as sparse_column_with_hash_bucket,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column.sparse import (
    sparse_column_with_integerized_feature as sparse_column_with_integerized_feature,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column.sparse import (
    sparse_column_with_keys as sparse_column_with_keys,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column.sparse import (
    sparse_column_with_vocabulary_file as sparse_column_with_vocabulary_file,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column.sparse import weighted_sparse_column as weighted_sparse_column
