"""``tf.contrib.slim.nets``: networks for images, with the variables' names of their published checkpoints.

Source: TensorFlow 1.11, ``tensorflow/contrib/slim/python/slim/nets``: arguments, names and sizes of layers.
"""

from smtf_core.runtime.tf1.contrib.slim.nets import alexnet as alexnet
from smtf_core.runtime.tf1.contrib.slim.nets import inception as inception
from smtf_core.runtime.tf1.contrib.slim.nets import inception_v1 as inception_v1
from smtf_core.runtime.tf1.contrib.slim.nets import inception_v2 as inception_v2
from smtf_core.runtime.tf1.contrib.slim.nets import inception_v3 as inception_v3
from smtf_core.runtime.tf1.contrib.slim.nets import overfeat as overfeat
from smtf_core.runtime.tf1.contrib.slim.nets import resnet_utils as resnet_utils
from smtf_core.runtime.tf1.contrib.slim.nets import resnet_v1 as resnet_v1
from smtf_core.runtime.tf1.contrib.slim.nets import resnet_v2 as resnet_v2
from smtf_core.runtime.tf1.contrib.slim.nets import vgg as vgg
