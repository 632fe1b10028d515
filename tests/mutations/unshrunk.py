"""A pytest plugin: an example that fails is enough, nobody waits for a smaller one."""

from hypothesis import Phase, settings

settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.generate])
settings.load_profile("unshrunk")
