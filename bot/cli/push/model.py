"""``emoji-reactor push model``."""

from bot.cli.options import ModelOption, served_folder
from bot.cli.push.upload import DryRunOption, PrivateOption, RepoOption, RevisionOption, upload
from bot.hub.push import PushRequest
from bot.hub.repo_files import model_files
from model import artifact


def model(
    repo: RepoOption,
    model: ModelOption = None,
    private: PrivateOption = True,
    revision: RevisionOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Push an artifact with its card; then --model ORG/NAME serves it anywhere.

    Example: emoji-reactor push model --repo ORG/NAME
    """
    loaded = artifact.load(artifact.locate(model or served_folder()))
    files, public = model_files(loaded), not private
    request = PushRequest(repo, "model", files, loaded.version, public, revision)
    upload(request, dry_run=dry_run)
