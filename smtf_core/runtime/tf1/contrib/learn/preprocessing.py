"""``tf.contrib.learn.preprocessing``: words as numbers.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.preprocessing``.
"""

from __future__ import annotations

import collections
import pickle
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from smtf_core.runtime.tf1.base import tf

Tokenizer = Callable[[Iterable[str]], Iterator[list[str]]]

# Capital letters before a capitalized word, a capitalized word before capitals, any word.
TOKENIZER_RE = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|[\'\w\-]+", re.UNICODE)


def tokenizer(iterator: Iterable[str]) -> Iterator[list[str]]:
    """The words of each text.

    Args:
        iterator: texts.

    Yields:
        A list of words.
    """
    for text in iterator:
        yield TOKENIZER_RE.findall(text)


class CategoricalVocabulary:
    """Words and their numbers; 0 is for the unknown ones.

    Args:
        unknown_token: what stands for unknown words.
        support_reverse: keep what :meth:`reverse` needs.
    """

    def __init__(self, unknown_token: str = "<UNK>", support_reverse: bool = True) -> None:
        self._unknown_token = unknown_token
        self._mapping: dict[Any, int] = {unknown_token: 0}
        self._support_reverse = support_reverse
        self._words = [unknown_token]
        self._freq: collections.Counter[Any] = collections.Counter()
        self._frozen = False

    def __len__(self) -> int:
        return len(self._mapping)

    def freeze(self, freeze: bool = True) -> None:
        """Whether new words stay unknown."""
        self._frozen = freeze

    def get(self, category: Any) -> int:
        """The number of a word; a new one, unless the vocabulary is frozen."""
        if category not in self._mapping:
            if self._frozen:
                return 0
            self._mapping[category] = len(self._mapping)
            self._words.append(category)
        return self._mapping[category]

    def add(self, category: Any, count: int = 1) -> None:
        """Count a word."""
        if self.get(category) > 0:
            self._freq[category] += count

    def trim(self, min_frequency: int, max_frequency: int = -1) -> None:
        """Keep the words that occur often, but not too often, and number them by how often they do.

        Args:
            min_frequency: words that do not occur more often are dropped.
            max_frequency: words that occur at least as often are dropped; ``-1``: none.
        """
        kept = [
            (word, count)
            for word, count in sorted(self._freq.items(), key=lambda item: (-item[1], item[0]))
            if count > min_frequency and (max_frequency <= 0 or count < max_frequency)
        ]
        self._freq = collections.Counter(dict(kept))
        self._words = [self._unknown_token, *(word for word, _ in kept)]
        self._mapping = {word: number for number, word in enumerate(self._words)}

    def reverse(self, class_id: int) -> Any:
        """The word of a number.

        Raises:
            ValueError: the vocabulary was made without ``support_reverse``.
        """
        if not self._support_reverse:
            raise ValueError("This vocabulary wasn't initialized with support_reverse to support reverse() function.")
        return self._words[class_id]


class VocabularyProcessor:
    """Makes rows of word numbers, all of one length, of texts.

    Args:
        max_document_length: longer texts are cut, shorter ones filled with 0.
        min_frequency: words that do not occur more often are unknown.
        vocabulary: a :class:`CategoricalVocabulary` to begin with.
        tokenizer_fn: words of texts; :func:`tokenizer` by default.
    """

    def __init__(
        self,
        max_document_length: int,
        min_frequency: int = 0,
        vocabulary: CategoricalVocabulary | None = None,
        tokenizer_fn: Tokenizer | None = None,
    ) -> None:
        self.max_document_length = max_document_length
        self.min_frequency = min_frequency
        self.vocabulary_ = CategoricalVocabulary() if vocabulary is None else vocabulary
        self._tokenizer: Tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents: Iterable[str], unused_y: Any = None) -> VocabularyProcessor:
        """Learn the vocabulary of the texts, which is frozen then.

        Args:
            raw_documents: texts.
            unused_y: nothing; scikit-learn's pipelines give it.

        Returns:
            The object itself.
        """
        for words in self._tokenizer(raw_documents):
            for word in words:
                self.vocabulary_.add(word)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(self, raw_documents: Sequence[str], unused_y: Any = None) -> Iterator[Any]:
        """:meth:`fit`, then :meth:`transform`."""
        self.fit(raw_documents)
        return self.transform(raw_documents)

    def transform(self, raw_documents: Iterable[str]) -> Iterator[Any]:
        """The numbers of the words.

        Args:
            raw_documents: texts.

        Yields:
            ``[max_document_length]``, ``int64``.
        """
        for words in self._tokenizer(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            for place, word in enumerate(words[: self.max_document_length]):
                row[place] = self.vocabulary_.get(word)
            yield row

    def reverse(self, documents: Iterable[Iterable[int]]) -> Iterator[str]:
        """Texts of the words of numbers.

        Args:
            documents: rows of numbers.

        Yields:
            A text.
        """
        for row in documents:
            yield " ".join(self.vocabulary_.reverse(number) for number in row)

    def save(self, filename: str) -> None:
        """Write the object into a file."""
        with tf.gfile.GFile(filename, "wb") as file:
            file.write(pickle.dumps(self))

    @classmethod
    def restore(cls, filename: str) -> VocabularyProcessor:
        """An object from a file that :meth:`save` wrote; only for files of your own, since unpickling runs code."""
        with tf.gfile.GFile(filename, "rb") as file:
            found: VocabularyProcessor = pickle.loads(file.read())
        return found
