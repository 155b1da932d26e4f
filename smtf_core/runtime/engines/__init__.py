"""Training loops: one for estimators, one for Keras models that train natively."""
