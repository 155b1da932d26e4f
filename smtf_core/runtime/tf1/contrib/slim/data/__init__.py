"""``tf.contrib.slim``'s data: datasets of records, decoded item by item, through queues.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.slim``.
"""

from smtf_core.runtime.tf1.contrib.slim.data import data_decoder as data_decoder
from smtf_core.runtime.tf1.contrib.slim.data import data_provider as data_provider
from smtf_core.runtime.tf1.contrib.slim.data import dataset as dataset
from smtf_core.runtime.tf1.contrib.slim.data import dataset_data_provider as dataset_data_provider
from smtf_core.runtime.tf1.contrib.slim.data import parallel_reader as parallel_reader
from smtf_core.runtime.tf1.contrib.slim.data import prefetch_queue as prefetch_queue
from smtf_core.runtime.tf1.contrib.slim.data import tfexample_decoder as tfexample_decoder
