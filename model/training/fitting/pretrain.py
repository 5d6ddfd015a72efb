"""Masked language modelling on unlabelled texts, with the trainer of transformers.

Domain-adaptive pretraining (Gururangan et al., 2020): a base checkpoint that knows how people
write, for ``model.training.train``.
"""

import json
import math
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress, TaskID
from transformers import (
    AutoModelForMaskedLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    logging,
)
from transformers.trainer_utils import get_last_checkpoint

from model import atomic
from model.training.recipe import RecipeError

_HELD_OUT_TEXTS = 500
_WARMUP_SHARE = 0.05
_LOG_EVERY = 50
"""Steps."""
_MASK_SEED = 0
"""Masks of the held-out texts, so that losses before and after compare."""
RESULT = "pretraining.json"

_Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PretrainOptions:
    """Hyper-parameters of one run."""

    epochs: float = 1.0
    batch_size: int = 64
    max_tokens: int = 48
    learning_rate: float = 1e-4
    mask_probability: float = 0.15
    """Share of tokens to predict."""
    save_every: int = 200
    """Steps between checkpoints, from which the same call resumes."""
    seed: int = 20
    threads: int = 1
    """CPU threads that torch may use."""


@dataclass(frozen=True, slots=True)
class PretrainResult:
    """Losses on held-out texts, in nats per masked token."""

    base: str
    texts: int
    """Texts in training."""
    steps: int
    loss_before: float
    loss_after: float


def pretrain(
    texts: Sequence[str], base: str, out: Path, options: PretrainOptions, progress: Progress
) -> PretrainResult:
    """Pretrain ``base`` on cleaned texts; ``out`` is then a base for ``train``.

    An interrupted run resumes from its last checkpoint in ``out``.

    Raises:
        RecipeError: there are too few texts, or the tokenizer has no mask token.
        OSError: the base checkpoint cannot be loaded; the text names it.
    """
    if len(texts) < 2 * _HELD_OUT_TEXTS:
        raise RecipeError(f"{len(texts)} texts are too few; at least {2 * _HELD_OUT_TEXTS} needed")
    tokenizer = AutoTokenizer.from_pretrained(base)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)  # a base without a language-model head gets a random one
    logging.set_verbosity_error()  # type: ignore[no-untyped-call] # no list of its weights
    model = AutoModelForMaskedLM.from_pretrained(base, dtype=torch.float32)
    if tokenizer.mask_token is None or tokenizer.mask_token_id >= model.config.vocab_size:
        raise RecipeError(f"{base} has no mask token; masked language modelling needs one")
    train, held_out = _tokenize(texts, tokenizer, options)
    collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=options.mask_probability)
    arguments = _arguments(out / "checkpoints", options, len(train))
    trainer = Trainer(model, arguments, collator, train_dataset=train, eval_dataset=held_out)
    trainer.remove_callback(PrinterCallback)  # it would write to standard output
    trainer.add_callback(_ProgressCallback(progress, progress.add_task("pretrain", total=None)))
    loss_before = _run(trainer, out)
    result = PretrainResult(
        base, len(train), trainer.state.global_step, loss_before, _held_out_loss(trainer)
    )
    model.base_model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    atomic.write(out / RESULT, json.dumps(asdict(result)) + "\n", mode=0o644)
    return result


def _run(trainer: Any, out: Path) -> float:  # noqa: ANN401 - transformers has no types of its own
    """Train from the last checkpoint, if any; return the held-out loss before the first step."""
    before, checkpoints = out / "before.json", out / "checkpoints"
    if not before.exists():
        atomic.write(before, json.dumps(_held_out_loss(trainer)), mode=0o644)
    last = get_last_checkpoint(str(checkpoints)) if checkpoints.exists() else None  # type: ignore[no-untyped-call]
    trainer.train(resume_from_checkpoint=last)
    return float(json.loads(before.read_text(encoding="utf-8")))


def _tokenize(
    texts: Sequence[str],
    tokenizer: Any,  # noqa: ANN401 - transformers has no types of its own
    options: PretrainOptions,
) -> tuple[_Rows, _Rows]:
    """Return token ids of the training texts and of the held-out texts."""
    order = list(range(len(texts)))
    random.Random(options.seed).shuffle(order)  # noqa: S311 - not for secrets
    encoded = tokenizer([texts[i] for i in order], truncation=True, max_length=options.max_tokens)
    rows = [{"input_ids": ids} for ids in encoded["input_ids"]]
    return rows[_HELD_OUT_TEXTS:], rows[:_HELD_OUT_TEXTS]


def _arguments(checkpoints: Path, options: PretrainOptions, texts: int) -> TrainingArguments:
    steps = texts * options.epochs / options.batch_size
    return TrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=options.epochs,
        per_device_train_batch_size=options.batch_size,
        per_device_eval_batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        warmup_steps=math.ceil(steps * _WARMUP_SHARE),
        seed=options.seed,
        bf16=True,
        use_cpu=True,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        save_steps=options.save_every,
        save_total_limit=1,
        logging_steps=_LOG_EVERY,
        disable_tqdm=True,
        report_to="none",
    )


def _held_out_loss(trainer: Any) -> float:  # noqa: ANN401
    """Return the mean loss of the held-out texts in nats, with the same masks each time."""
    torch.manual_seed(_MASK_SEED)
    return round(float(trainer.evaluate()["eval_loss"]), 4)


class _ProgressCallback(TrainerCallback):
    """Progress bar of a trainer."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401
        """Move the bar after each step."""
        self._progress.update(self._task, completed=state.global_step, total=state.max_steps)

    def on_log(self, args: Any, state: Any, control: Any, **kept: Any) -> None:  # noqa: ANN401
        """Show the loss at each logged step."""
        loss = kept["logs"].get("loss")
        if loss is not None:
            self._progress.update(self._task, description=f"loss {float(loss):.3f}")
