using System.Globalization;
using Rivet.Kernel;
using Rivet.Link;

namespace Rivet.Client.Slack;

/// <summary>
/// Imports a Slack archive into the company of a signed-in device, which needs the permission to import. What the
/// server has is always whole batches; importing the same archive again adds what is missing and nothing twice.
/// </summary>
public sealed class SlackImporter
{
    private readonly IImportTarget target;
    private readonly TimeProvider time;

    /// <summary>Imports over a link, which stays the caller's.</summary>
    public SlackImporter(LwsLink link, TimeProvider time)
        : this(new LinkImportTarget(link), time)
    {
    }

    /// <summary>Imports through a client that was started; it stays the caller's.</summary>
    public SlackImporter(RivetClient client, TimeProvider time)
        : this(new ClientImportTarget(client), time)
    {
    }

    internal SlackImporter(IImportTarget target, TimeProvider time) => (this.target, this.time) = (target, time);

    /// <summary>Imports people, channels, files and records.</summary>
    /// <param name="archive">The archive; read once from its beginning.</param>
    /// <param name="language">Of the few sentences that stand for what cannot be imported as it is.</param>
    /// <param name="progress">Told after each stored batch; may be null.</param>
    /// <param name="ct">Stops between requests; what is stored stays.</param>
    public async Task<Result<SlackImportReport, SlackImportFailure>> ImportAsync(
        SlackArchive archive, CultureInfo language, IProgress<SlackImportProgress>? progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(archive);
        using var run = new ImportRun(target, time, archive, SlackPhrases.In(language), progress);
        return await run.RunAsync(ct);
    }
}
