"""Hyper-parameters of fine-tuning on feedback."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FinetuneRecipe:
    """Hyper-parameters of one fine-tuning run."""

    epochs: int = 30
    batch_size: int = 256
    embedding_learning_rate: float = 2e-3
    bias_learning_rate: float = 3e-3
    """Greater: a community that likes an emoji on every text moves its bias, not its meaning."""
    projection_learning_rate: float = 2e-4
    encoder_learning_rate: float = 2e-5
    replay_weight: float = 3.0
    """Weight of the losses on replay texts."""
    embedding_penalty: float = 0.05
    """Weight of the squared distance of the embeddings from the source's: it keeps those that
    feedback hardly mentions."""
    projection_penalty: float = 1.0
    liked_share: float = 0.6
    """Share of the target probability on a text that goes to the emojis liked there."""
    rejection_weight: float = 1.0
    """Weight of rejected emojis."""
    patience: int = 2
    """Epochs without a lower validation loss after which the fit stops."""
    seed: int = 20
    full: bool = False
    """Fit the encoder as well."""
    reactions: bool = False
    """Fit a reaction head alone (``reaction_fit``); nothing above is used then."""
