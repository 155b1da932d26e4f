"""The writing side of Pipe mode: the files of a channel streamed into FIFOs. Needs no TensorFlow."""
