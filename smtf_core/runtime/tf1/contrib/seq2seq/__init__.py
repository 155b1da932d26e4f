"""``tf.contrib.seq2seq``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.seq2seq``."""

from smtf_core.runtime.tf1.contrib.seq2seq.attention_wrapper import AttentionMechanism as AttentionMechanism
from smtf_core.runtime.tf1.contrib.seq2seq.attention_wrapper import AttentionWrapper as AttentionWrapper
from smtf_core.runtime.tf1.contrib.seq2seq.attention_wrapper import AttentionWrapperState as AttentionWrapperState
from smtf_core.runtime.tf1.contrib.seq2seq.attention_wrapper import BahdanauAttention as BahdanauAttention
from smtf_core.runtime.tf1.contrib.seq2seq.attention_wrapper import LuongAttention as LuongAttention
from smtf_core.runtime.tf1.contrib.seq2seq.attention_wrapper import hardmax as hardmax
from smtf_core.runtime.tf1.contrib.seq2seq.basic_decoder import BasicDecoder as BasicDecoder
from smtf_core.runtime.tf1.contrib.seq2seq.basic_decoder import BasicDecoderOutput as BasicDecoderOutput
from smtf_core.runtime.tf1.contrib.seq2seq.beam_search import gather_tree as gather_tree
from smtf_core.runtime.tf1.contrib.seq2seq.beam_search import tile_batch as tile_batch
from smtf_core.runtime.tf1.contrib.seq2seq.beam_search_decoder import BeamSearchDecoder as BeamSearchDecoder
from smtf_core.runtime.tf1.contrib.seq2seq.beam_search_decoder import (
    BeamSearchDecoderOutput as BeamSearchDecoderOutput,
)
from smtf_core.runtime.tf1.contrib.seq2seq.beam_search_decoder import (
    BeamSearchDecoderState as BeamSearchDecoderState,
)
from smtf_core.runtime.tf1.contrib.seq2seq.beam_search_decoder import (
    FinalBeamSearchDecoderOutput as FinalBeamSearchDecoderOutput,
)
from smtf_core.runtime.tf1.contrib.seq2seq.decoder import Decoder as Decoder
from smtf_core.runtime.tf1.contrib.seq2seq.decoder import dynamic_decode as dynamic_decode
from smtf_core.runtime.tf1.contrib.seq2seq.helper import CustomHelper as CustomHelper
from smtf_core.runtime.tf1.contrib.seq2seq.helper import GreedyEmbeddingHelper as GreedyEmbeddingHelper
from smtf_core.runtime.tf1.contrib.seq2seq.helper import Helper as Helper
from smtf_core.runtime.tf1.contrib.seq2seq.helper import InferenceHelper as InferenceHelper
from smtf_core.runtime.tf1.contrib.seq2seq.helper import SampleEmbeddingHelper as SampleEmbeddingHelper
from smtf_core.runtime.tf1.contrib.seq2seq.helper import (
    ScheduledEmbeddingTrainingHelper as ScheduledEmbeddingTrainingHelper,
)
from smtf_core.runtime.tf1.contrib.seq2seq.helper import ScheduledOutputTrainingHelper as ScheduledOutputTrainingHelper
from smtf_core.runtime.tf1.contrib.seq2seq.helper import TrainingHelper as TrainingHelper
from smtf_core.runtime.tf1.contrib.seq2seq.loss import sequence_loss as sequence_loss
from smtf_core.runtime.tf1.contrib.seq2seq.monotonic_attention import (
    BahdanauMonotonicAttention as BahdanauMonotonicAttention,
)
from smtf_core.runtime.tf1.contrib.seq2seq.monotonic_attention import LuongMonotonicAttention as LuongMonotonicAttention
from smtf_core.runtime.tf1.contrib.seq2seq.monotonic_attention import monotonic_attention as monotonic_attention
from smtf_core.runtime.tf1.contrib.seq2seq.monotonic_attention import safe_cumprod as safe_cumprod
