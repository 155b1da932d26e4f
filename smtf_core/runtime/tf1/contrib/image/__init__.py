"""``tf.contrib.image``: rotating, moving and bending images, and finding what hangs together in them.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.image``.
"""

from smtf_core.runtime.tf1.contrib.image.components import connected_components as connected_components
from smtf_core.runtime.tf1.contrib.image.transforms import (
    angles_to_projective_transforms as angles_to_projective_transforms,
)
from smtf_core.runtime.tf1.contrib.image.transforms import compose_transforms as compose_transforms
from smtf_core.runtime.tf1.contrib.image.transforms import flat_transforms_to_matrices as flat_transforms_to_matrices
from smtf_core.runtime.tf1.contrib.image.transforms import matrices_to_flat_transforms as matrices_to_flat_transforms
from smtf_core.runtime.tf1.contrib.image.transforms import rotate as rotate
from smtf_core.runtime.tf1.contrib.image.transforms import transform as transform
from smtf_core.runtime.tf1.contrib.image.transforms import translate as translate
from smtf_core.runtime.tf1.contrib.image.transforms import (
    translations_to_projective_transforms as translations_to_projective_transforms,
)
from smtf_core.runtime.tf1.contrib.image.warping import dense_image_warp as dense_image_warp
from smtf_core.runtime.tf1.contrib.image.warping import interpolate_spline as interpolate_spline
from smtf_core.runtime.tf1.contrib.image.warping import sparse_image_warp as sparse_image_warp
