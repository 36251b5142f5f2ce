using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client;

/// <content>What administrators ask and decide.</content>
public sealed partial class RivetClient
{
    /// <summary>A test message may take the server half a minute, also when another process asks for this one.</summary>
    private static readonly TimeSpan TestPatience = TimeSpan.FromSeconds(45);

    /// <summary>How the server stands, as its status page says it; for administrators.</summary>
    /// <param name="language">Of the texts: <c>zh-CN</c>, anything else is English.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<Result<ReadStatusResponse, ClientRefusal>> ReadStatusAsync(string language, CancellationToken ct)
        => AskAsync(Method.ReadStatus, new ReadStatusRequest { Language = language }, ReadStatusResponse.Parser, ct);

    /// <summary>The last security events of the company, newest first; for administrators.</summary>
    /// <param name="limit">How many at most, 1 to 200.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<Result<ReadEventsResponse, ClientRefusal>> ReadEventsAsync(int limit, CancellationToken ct)
        => AskAsync(Method.ReadEvents, new ReadEventsRequest { Limit = (uint)Math.Clamp(limit, 1, 200) }, ReadEventsResponse.Parser, ct);

    /// <summary>The end of the company's security log, as it goes to auditors; for administrators.</summary>
    public Task<Result<ReadLogHeadResponse, ClientRefusal>> ReadLogHeadAsync(CancellationToken ct)
        => AskAsync(Method.ReadLogHead, new ReadLogHeadRequest(), ReadLogHeadResponse.Parser, ct);

    /// <summary>The receipt of a destruction that the log recorded; for administrators.</summary>
    public Task<Result<ReadLogReceiptResponse, ClientRefusal>> ReadLogReceiptAsync(ulong index, CancellationToken ct)
        => AskAsync(Method.ReadLogReceipt, new ReadLogReceiptRequest { Index = index }, ReadLogReceiptResponse.Parser, ct);

    /// <summary>Lets somebody outside read the log's hashes and sealed entries; the answer's token is shown this once.</summary>
    public Task<Result<AddLogReaderResponse, ClientRefusal>> AddLogReaderAsync(string name, CancellationToken ct)
        => AskAsync(Method.AddLogReader, new AddLogReaderRequest { Name = name }, AddLogReaderResponse.Parser, ct);

    /// <summary>Who outside may read the log.</summary>
    public Task<Result<ListLogReadersResponse, ClientRefusal>> ListLogReadersAsync(CancellationToken ct)
        => AskAsync(Method.ListLogReaders, new ListLogReadersRequest(), ListLogReadersResponse.Parser, ct);

    /// <summary>Takes a reader's token back.</summary>
    public Task<Result<RemoveLogReaderResponse, ClientRefusal>> RemoveLogReaderAsync(string name, CancellationToken ct)
        => AskAsync(Method.RemoveLogReader, new RemoveLogReaderRequest { Name = name }, RemoveLogReaderResponse.Parser, ct);

    /// <summary>The keys of the company's security log, oldest first, and the statements about them. Needs the permission to read it.</summary>
    public Task<Result<ReadLogKeysResponse, ClientRefusal>> ReadLogKeysAsync(CancellationToken ct)
        => AskAsync(Method.ReadLogKeys, new ReadLogKeysRequest(), ReadLogKeysResponse.Parser, ct);

    /// <summary>Lets another key sign the log from now on. Needs the permission to manage its keys.</summary>
    public Task<Result<RotateLogKeyResponse, ClientRefusal>> RotateLogKeyAsync(CancellationToken ct)
        => AskAsync(Method.RotateLogKey, new RotateLogKeyRequest(), RotateLogKeyResponse.Parser, ct);

    /// <summary>Takes a key back that somebody else may have. Needs the permission to manage the log's keys.</summary>
    /// <param name="id">The eight hexadecimal digits in its line.</param>
    /// <param name="ct">Cancels waiting.</param>
    public Task<Result<RevokeLogKeyResponse, ClientRefusal>> RevokeLogKeyAsync(string id, CancellationToken ct)
        => AskAsync(Method.RevokeLogKey, new RevokeLogKeyRequest { Id = id }, RevokeLogKeyResponse.Parser, ct);

    /// <summary>How the company's key stands. Needs the permission to read about it.</summary>
    public Task<Result<ReadCompanyKeyResponse, ClientRefusal>> ReadCompanyKeyAsync(CancellationToken ct)
        => AskAsync(Method.ReadCompanyKey, new ReadCompanyKeyRequest(), ReadCompanyKeyResponse.Parser, ct);

    /// <summary>Asks for a change to the company's key; another administrator approves it. Needs the permission to manage the key.</summary>
    public Task<Result<AskKeyChangeResponse, ClientRefusal>> AskKeyChangeAsync(AskKeyChangeRequest change, CancellationToken ct)
        => AskAsync(Method.AskKeyChange, change, AskKeyChangeResponse.Parser, ct);

    /// <summary>Does what another administrator asked for. Needs the permission to manage the key.</summary>
    /// <param name="request">The request's id.</param>
    /// <param name="ct">Cancels waiting.</param>
    public Task<Result<ApproveKeyChangeResponse, ClientRefusal>> ApproveKeyChangeAsync(ByteString request, CancellationToken ct)
        => AskAsync(Method.ApproveKeyChange, new ApproveKeyChangeRequest { RequestId = request }, ApproveKeyChangeResponse.Parser, ct);

    /// <summary>Declines what was asked for, or withdraws what one asked for oneself. Needs the permission to manage the key.</summary>
    /// <param name="request">The request's id.</param>
    /// <param name="ct">Cancels waiting.</param>
    public Task<Result<DeclineKeyChangeResponse, ClientRefusal>> DeclineKeyChangeAsync(ByteString request, CancellationToken ct)
        => AskAsync(Method.DeclineKeyChange, new DeclineKeyChangeRequest { RequestId = request }, DeclineKeyChangeResponse.Parser, ct);

    /// <summary>Cancels a destruction that waits. Needs the permission to manage the key.</summary>
    public Task<Result<CancelKeyDestructionResponse, ClientRefusal>> CancelKeyDestructionAsync(CancellationToken ct)
        => AskAsync(Method.CancelKeyDestruction, new CancelKeyDestructionRequest(), CancelKeyDestructionResponse.Parser, ct);

    /// <summary>Begins an import of a key that the company made. Needs the permission to manage the key.</summary>
    public Task<Result<BeginKeyImportResponse, ClientRefusal>> BeginKeyImportAsync(CancellationToken ct)
        => AskAsync(Method.BeginKeyImport, new BeginKeyImportRequest(), BeginKeyImportResponse.Parser, TestPatience, ct);

    /// <summary>Sends the company's security log somewhere from now on.</summary>
    public Task<Result<AddLogExportResponse, ClientRefusal>> AddLogExportAsync(AddLogExportRequest export, CancellationToken ct)
        => AskAsync(Method.AddLogExport, export, AddLogExportResponse.Parser, ct);

    /// <summary>Where the log is sent, and how that goes.</summary>
    /// <param name="language">Of what is said about failures: <c>zh-CN</c>; anything else is English.</param>
    /// <param name="ct">Withdraws the request.</param>
    public Task<Result<ListLogExportsResponse, ClientRefusal>> ListLogExportsAsync(string language, CancellationToken ct)
        => AskAsync(Method.ListLogExports, new ListLogExportsRequest { Language = language }, ListLogExportsResponse.Parser, ct);

    /// <summary>Sends a line there that is no event; the answer says how far it came. It may take half a minute.</summary>
    public Task<Result<TestLogExportResponse, ClientRefusal>> TestLogExportAsync(string name, string language, CancellationToken ct)
        => AskAsync(Method.TestLogExport, new TestLogExportRequest { Name = name, Language = language }, TestLogExportResponse.Parser, ct);

    /// <summary>Sends the log there no more.</summary>
    public Task<Result<RemoveLogExportResponse, ClientRefusal>> RemoveLogExportAsync(string name, CancellationToken ct)
        => AskAsync(Method.RemoveLogExport, new RemoveLogExportRequest { Name = name }, RemoveLogExportResponse.Parser, ct);

    /// <summary>Lets a witness outside cosign the log from now on.</summary>
    /// <param name="key">Its line of vkey.</param>
    /// <param name="url">Its address.</param>
    /// <param name="certificate">The one certificate that is trusted, in PEM; empty for the server's authorities.</param>
    /// <param name="ct">Withdraws the request.</param>
    public Task<Result<AddLogWitnessResponse, ClientRefusal>> AddLogWitnessAsync(string key, string url, string certificate, CancellationToken ct)
        => AskAsync(Method.AddLogWitness, new AddLogWitnessRequest { Key = key, Url = url, Certificate = certificate }, AddLogWitnessResponse.Parser, ct);

    /// <summary>The log's witnesses, and how each stands.</summary>
    public Task<Result<ListLogWitnessesResponse, ClientRefusal>> ListLogWitnessesAsync(CancellationToken ct)
        => AskAsync(Method.ListLogWitnesses, new ListLogWitnessesRequest(), ListLogWitnessesResponse.Parser, ct);

    /// <summary>Asks a witness no more.</summary>
    public Task<Result<RemoveLogWitnessResponse, ClientRefusal>> RemoveLogWitnessAsync(string name, CancellationToken ct)
        => AskAsync(Method.RemoveLogWitness, new RemoveLogWitnessRequest { Name = name }, RemoveLogWitnessResponse.Parser, ct);

    /// <summary>Lets a program use the company's keys over the cryptographic API; the answer's token is shown this once.</summary>
    public Task<Result<AddTransitApplicationResponse, ClientRefusal>> AddTransitApplicationAsync(AddTransitApplicationRequest application, CancellationToken ct)
        => AskAsync(Method.AddTransitApplication, application, AddTransitApplicationResponse.Parser, ct);

    /// <summary>The programs that may use the company's keys.</summary>
    public Task<Result<ListTransitApplicationsResponse, ClientRefusal>> ListTransitApplicationsAsync(CancellationToken ct)
        => AskAsync(Method.ListTransitApplications, new ListTransitApplicationsRequest(), ListTransitApplicationsResponse.Parser, ct);

    /// <summary>Takes a program's token back; its keys stay.</summary>
    public Task<Result<RemoveTransitApplicationResponse, ClientRefusal>> RemoveTransitApplicationAsync(string name, CancellationToken ct)
        => AskAsync(Method.RemoveTransitApplication, new RemoveTransitApplicationRequest { Name = name }, RemoveTransitApplicationResponse.Parser, ct);

    /// <summary>The company's keys of the cryptographic API, never their material.</summary>
    public Task<Result<ListTransitKeysResponse, ClientRefusal>> ListTransitKeysAsync(CancellationToken ct)
        => AskAsync(Method.ListTransitKeys, new ListTransitKeysRequest(), ListTransitKeysResponse.Parser, ct);

    /// <summary>For how long what events of each class say can be read, and what is destroyed next.</summary>
    public Task<Result<ReadLogRetentionResponse, ClientRefusal>> ReadLogRetentionAsync(CancellationToken ct)
        => AskAsync(Method.ReadLogRetention, new ReadLogRetentionRequest(), ReadLogRetentionResponse.Parser, ct);

    /// <summary>Decides that for some classes; all hold or none. A shorter time destroys, after days in which it can be taken back.</summary>
    /// <param name="changes">Months by class; 0 is for ever.</param>
    /// <param name="mayDestroy">Whoever asks knows that a shorter time destroys.</param>
    /// <param name="ct">Withdraws the request.</param>
    public Task<Result<ChangeLogRetentionResponse, ClientRefusal>> ChangeLogRetentionAsync(IEnumerable<LogClassChange> changes, bool mayDestroy, CancellationToken ct)
        => AskAsync(
            Method.ChangeLogRetention, new ChangeLogRetentionRequest { Changes = { changes }, MayDestroy = mayDestroy }, ChangeLogRetentionResponse.Parser, ct);

    /// <summary>Says that the server's clock is right: it must be this device's, give or take an hour.</summary>
    public Task<Result<ConfirmLogClockResponse, ClientRefusal>> ConfirmLogClockAsync(CancellationToken ct)
        => AskAsync(
            Method.ConfirmLogClock, new ConfirmLogClockRequest { AtMs = time.GetUtcNow().ToUnixTimeMilliseconds() }, ConfirmLogClockResponse.Parser, ct);

    /// <summary>The company's name and language; for administrators.</summary>
    public Task<Result<ReadCompanyResponse, ClientRefusal>> ReadCompanyAsync(CancellationToken ct)
        => AskAsync(Method.ReadCompany, new ReadCompanyRequest(), ReadCompanyResponse.Parser, ct);

    /// <summary>Changes the company's name and language; what is empty stays.</summary>
    public Task<Result<ChangeCompanyResponse, ClientRefusal>> ChangeCompanyAsync(string name, string language, CancellationToken ct)
        => AskAsync(Method.ChangeCompany, new ChangeCompanyRequest { Name = name, Language = language }, ChangeCompanyResponse.Parser, ct);

    /// <summary>How the company sends mail, without the password; for administrators.</summary>
    public Task<Result<ReadMailResponse, ClientRefusal>> ReadMailAsync(CancellationToken ct)
        => AskAsync(Method.ReadMail, new ReadMailRequest(), ReadMailResponse.Parser, ct);

    /// <summary>Changes how the company sends mail; null: it sends none any more. An empty password keeps the one of the same server and user.</summary>
    public Task<Result<ChangeMailResponse, ClientRefusal>> ChangeMailAsync(MailServer? mail, CancellationToken ct)
        => AskAsync(Method.ChangeMail, new ChangeMailRequest { Mail = mail }, ChangeMailResponse.Parser, ct);

    /// <summary>Sends a test message now, by what is stored, and says how far it came; may take 30 seconds.</summary>
    /// <param name="address">Whom to.</param>
    /// <param name="language">Of message and advice: <c>zh-CN</c>, anything else is English.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<Result<TestMailResponse, ClientRefusal>> TestMailAsync(string address, string language, CancellationToken ct)
        => AskAsync(Method.TestMail, new TestMailRequest { Address = address, Language = language }, TestMailResponse.Parser, TestPatience, ct);

    /// <summary>What the company decided about its messages; for administrators.</summary>
    /// <param name="keepMonths">Set: what would be destroyed if only so many months were kept is counted.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<Result<ReadMessagePolicyResponse, ClientRefusal>> ReadMessagePolicyAsync(int? keepMonths, CancellationToken ct)
    {
        var request = new ReadMessagePolicyRequest();
        if (keepMonths is { } months)
        {
            request.KeepMonths = (uint)months;
        }

        return AskAsync(Method.ReadMessagePolicy, request, ReadMessagePolicyResponse.Parser, ct);
    }

    /// <summary>Decides for how long messages are kept: 0 for ever. A shorter time destroys, after a day in which it can be taken back.</summary>
    public Task<Result<ChangeMessagePolicyResponse, ClientRefusal>> KeepMessagesAsync(int months, bool mayDestroy, CancellationToken ct)
        => AskAsync(
            Method.ChangeMessagePolicy,
            new ChangeMessagePolicyRequest { KeepMonths = (uint)months, MayDestroy = mayDestroy },
            ChangeMessagePolicyResponse.Parser,
            ct);

    /// <summary>Says how the company seals its messages with its own keys. Nothing but words to devices that are enrolled; with <c>required</c>, the server refuses bodies in clear.</summary>
    public Task<Result<ChangeMessagePolicyResponse, ClientRefusal>> ChangeSealingAsync(CompanySealing sealing, CancellationToken ct)
        => AskAsync(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { Sealing = sealing }, ChangeMessagePolicyResponse.Parser, ct);

    /// <summary>Sets what one person may write and the company may store.</summary>
    public Task<Result<ChangeMessagePolicyResponse, ClientRefusal>> LimitMessagesAsync(MessageLimits limits, CancellationToken ct)
        => AskAsync(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { Limits = limits }, ChangeMessagePolicyResponse.Parser, ct);
}
