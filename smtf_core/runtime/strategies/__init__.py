"""How a training is spread over hosts: the strategies that come with smtf."""
