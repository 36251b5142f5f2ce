using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>
/// Where a company's security log is sent beside itself: to its syslog server or a webhook. At least once and in order; each line carries
/// <c>metadata.uid</c>, by which a receiver drops what it has. docs/operations/log-export.md says what that means for each.
/// </summary>
public interface IAuditExports
{
    /// <summary>Adds a destination; sending begins at once.</summary>
    /// <param name="permit">For <c>audit.share</c> on the company.</param>
    /// <param name="form">As somebody typed it.</param>
    /// <param name="ct">Withdraws the request.</param>
    ValueTask<Result<AuditExport, AuditRefusal>> AddAsync(Permit permit, AuditExportForm form, CancellationToken ct);

    /// <summary>Sends there no more. What a receiver has, it keeps.</summary>
    /// <param name="permit">For <c>audit.share</c> on the company.</param>
    /// <param name="name">Which.</param>
    /// <param name="ct">Withdraws the request.</param>
    ValueTask<Result<Done, AuditRefusal>> RemoveAsync(Permit permit, string name, CancellationToken ct);

    /// <summary>The destinations of the permit's company, by name.</summary>
    /// <param name="permit">For <c>audit.share</c> on the company.</param>
    /// <param name="ct">Cancels the reading.</param>
    ValueTask<Result<IReadOnlyList<AuditExport>, AuditRefusal>> ListAsync(Permit permit, CancellationToken ct);

    /// <summary>Sends one line that is no event of the log (<c>audit.export.test</c>) now, and says how far it came; ends within 30 seconds.</summary>
    /// <param name="permit">For <c>audit.share</c> on the company.</param>
    /// <param name="name">Which.</param>
    /// <param name="ct">Withdraws the request.</param>
    ValueTask<Result<ExportTested, AuditRefusal>> TestAsync(Permit permit, string name, CancellationToken ct);
}

/// <summary>The ways a log is sent.</summary>
public enum ExportKind
{
    /// <summary>RFC 5424 over TLS (RFC 5425).</summary>
    Syslog = 1,

    /// <summary>JSON Lines in signed HTTPS requests.</summary>
    Webhook = 2,
}

/// <summary>A destination as somebody typed it.</summary>
public sealed record AuditExportForm
{
    /// <summary>By which way.</summary>
    public required ExportKind Kind { get; init; }

    /// <summary>Its name: 1 to 64 of <c>a–z 0–9 . -</c>; empty names it after its host.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>HOST:PORT</c> for syslog (6514 without a port), an https URL for a webhook.</summary>
    public required string Address { get; init; }

    /// <summary>SHA-256 of the one certificate that is trusted, 64 hexadecimal digits; empty leaves it to the machine's authorities.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>What webhooks are signed with, 16 to 256 characters; null for syslog.</summary>
    public string? Secret { get; init; }

    /// <summary>Events below are not sent: the severity_id of OCSF, 1 to 6.</summary>
    public int LeastSeverity { get; init; } = 1;

    /// <summary>The class_uid of OCSF whose events are sent; empty for all.</summary>
    public IReadOnlyList<int> Classes { get; init; } = [];

    /// <summary>Whether the log is sent from its first entry on; otherwise from now on.</summary>
    public bool FromBeginning { get; init; }

    /// <summary>Says neither address nor secret.</summary>
    public override string ToString() => $"{Kind} {Name} [redacted]";
}

/// <summary>A destination, and how sending there goes. Neither its secret nor its whole URL is given back.</summary>
public sealed record AuditExport
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>By which way.</summary>
    public required ExportKind Kind { get; init; }

    /// <summary>The host alone; empty when the settings cannot be opened now.</summary>
    public required string Host { get; init; }

    /// <summary>How many events its receiver took.</summary>
    public required long Sent { get; init; }

    /// <summary>How many entries of the log it has yet to look at.</summary>
    public required long Behind { get; init; }

    /// <summary>Since when its receiver takes nothing; null while it does.</summary>
    public required DateTimeOffset? FailingSince { get; init; }

    /// <summary>Where the last attempt stopped; <see cref="ExportStep.Sent"/> while it did not.</summary>
    public required ExportStep Step { get; init; }

    /// <summary>The HTTP status the receiver refused with; 0 for none.</summary>
    public required int Status { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset AddedAt { get; init; }
}

/// <summary>How far a batch came.</summary>
public enum ExportStep
{
    /// <summary>The receiver has it.</summary>
    Sent = 0,

    /// <summary>The settings cannot be opened: the vault does not answer, or their key was destroyed.</summary>
    Settings = 1,

    /// <summary>The log cannot be read now.</summary>
    Log = 2,

    /// <summary>The name leads to no address, or to one where no export may go.</summary>
    Find = 3,

    /// <summary>Nobody answers there.</summary>
    Connect = 4,

    /// <summary>The connection could not be protected.</summary>
    Protect = 5,

    /// <summary>The receiver's certificate is not trusted.</summary>
    Trust = 6,

    /// <summary>The connection broke, or the receiver stopped reading.</summary>
    Send = 7,

    /// <summary>The receiver did not say that it has it.</summary>
    Confirm = 8,

    /// <summary>The receiver asked to come again later (429, 503).</summary>
    Busy = 9,

    /// <summary>The receiver refused it.</summary>
    Refused = 10,

    /// <summary>The receiver pointed elsewhere; the log is not sent where nobody decided that it goes.</summary>
    Redirected = 11,
}

/// <summary>How a test went.</summary>
/// <param name="Step">Where it stopped, or <see cref="ExportStep.Sent"/>.</param>
/// <param name="Status">The HTTP status the receiver refused with; 0 for none.</param>
public readonly record struct ExportTested(ExportStep Step, int Status);
