using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Client.Sealing;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client;

/// <content>Typed requests. Each waits up to <see cref="Patience"/> for a link.</content>
public sealed partial class RivetClient
{
    /// <summary>What a browser page's challenge is signed under, before a zero byte and the challenge.</summary>
    public const string PageContext = "rivet page v1";

    private const int ChunkSize = 256 * 1024;

    /// <summary>A test message may take the server half a minute, also when another process asks for this one.</summary>
    private static readonly TimeSpan TestPatience = TimeSpan.FromSeconds(45);

    /// <summary>How long a request waits for a link before it gives <see cref="ClientRefusal.Offline"/>.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Who the server says this is.</summary>
    public Task<Result<WhoAmIResponse, ClientRefusal>> WhoAmIAsync(CancellationToken ct)
        => AskAsync(Method.WhoAmI, new WhoAmIRequest(), WhoAmIResponse.Parser, ct);

    /// <summary>Makes an invitation: for a new person, or for a further device of a known one. With a mail address it is mailed there too.</summary>
    public Task<Result<CreateInvitationResponse, ClientRefusal>> InviteAsync(
        Role role, string personName, PersonId? person, string mailAddress, TimeSpan valid, CancellationToken ct)
        => AskAsync(
            Method.CreateInvitation,
            new CreateInvitationRequest
            {
                Role = role,
                PersonName = personName,
                PersonId = person is { } known ? Bytes(known) : ByteString.Empty,
                ValidHours = (uint)Math.Ceiling(valid.TotalHours),
                MailAddress = mailAddress,
            },
            CreateInvitationResponse.Parser,
            ct);

    /// <summary>The devices of a person; null: one's own.</summary>
    public Task<Result<ListDevicesResponse, ClientRefusal>> DevicesAsync(PersonId? person, CancellationToken ct)
        => AskAsync(
            Method.ListDevices,
            new ListDevicesRequest { PersonId = person is { } known ? Bytes(known) : ByteString.Empty },
            ListDevicesResponse.Parser,
            ct);

    /// <summary>Signs a device out: its links and pages end, its key is refused from then on.</summary>
    public Task<Result<SignOutDeviceResponse, ClientRefusal>> SignOutAsync(DeviceId device, CancellationToken ct)
        => AskAsync(Method.SignOutDevice, new SignOutDeviceRequest { DeviceId = Bytes(device) }, SignOutDeviceResponse.Parser, ct);

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

    /// <summary>Opens the conversation with one person, or makes a group; it is in the home when this returns.</summary>
    public async Task<Result<CreateConversationResponse, ClientRefusal>> CreateConversationAsync(
        ConversationKind kind, string title, IEnumerable<PersonId> members, CancellationToken ct)
    {
        var request = new CreateConversationRequest { Kind = kind, Title = title };
        request.Members.AddRange(members.Select(Bytes));
        var answer = await AskAsync(Method.CreateConversation, request, CreateConversationResponse.Parser, ct);
        if (answer is { IsOk: true, Value.Conversation: { } made })
        {
            store.KeepConversation(made);
            holder.Session?.ListAnew();
        }

        return answer;
    }

    /// <summary>Adds people to a group.</summary>
    public Task<Result<AddMembersResponse, ClientRefusal>> AddMembersAsync(ConversationId conversation, IEnumerable<PersonId> people, CancellationToken ct)
    {
        var request = new AddMembersRequest { ConversationId = Bytes(conversation) };
        request.Members.AddRange(people.Select(Bytes));
        return AskAsync(Method.AddMembers, request, AddMembersResponse.Parser, ct);
    }

    /// <summary>Takes a person out of a group; oneself: leaves it.</summary>
    public Task<Result<RemoveMemberResponse, ClientRefusal>> RemoveMemberAsync(ConversationId conversation, PersonId person, CancellationToken ct)
        => AskAsync(
            Method.RemoveMember,
            new RemoveMemberRequest { ConversationId = Bytes(conversation), PersonId = Bytes(person) },
            RemoveMemberResponse.Parser,
            ct);

    /// <summary>Opens a browser page session: this device signs a fresh challenge; gives an address that works once, for 60 seconds.</summary>
    public async Task<Result<string, ClientRefusal>> OpenPageAsync(CancellationToken ct)
    {
        var asked = await AskAsync(Method.PageChallenge, new PageChallengeRequest(), PageChallengeResponse.Parser, ct);
        if (!asked.TryGet(out var challenge, out var why))
        {
            return why;
        }

        byte[] signed = [.. System.Text.Encoding.ASCII.GetBytes(PageContext), 0, .. challenge.Challenge.Span];
        if (await identity.SignAsync(signed, ct) is not { } signature)
        {
            return new ClientRefusal(ClientRefusal.KeyUnavailable);
        }

        var request = new OpenPageRequest { Challenge = challenge.Challenge, Signature = UnsafeByteOperations.UnsafeWrap(signature) };
        return (await AskAsync(Method.OpenPage, request, OpenPageResponse.Parser, ct)).TryGet(out var page, out why) ? page.Url : why;
    }

    /// <summary>
    /// Stores a file for a conversation, chunk by chunk. A break of the link makes it wait for the next one and go on with
    /// the chunk it was at: one that is there already is passed over.
    /// </summary>
    /// <param name="conversation">Where it will be attached.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="mediaType">Its media type, as its owner says.</param>
    /// <param name="content">Its bytes, at most 64 MiB.</param>
    /// <param name="progress">Told how many bytes are stored, after each chunk; null for nobody.</param>
    /// <param name="ct">Ends the attempt by an exception; what was stored without being attached is of no use to anyone.</param>
    public async Task<Result<Attachment, ClientRefusal>> PutFileAsync(
        ConversationId conversation, string name, string mediaType, Stream content, IProgress<long>? progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (!ring.IsEnrolled && Sealing is { Required: true })
        {
            return new ClientRefusal(ClientRefusal.KeysNotEnrolled);
        }

        var file = EntityId.New<FileId>(time);
        using var cipher = Cipher(conversation, file);
        var buffer = new byte[cipher is null ? ChunkSize : ChunkSize - AeadSizes.Tag];
        var filled = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        ulong size = 0;
        for (uint index = 0; ; index++)
        {
            var chunk = buffer.AsMemory(0, filled).ToArray();
            var next = filled < buffer.Length ? 0 : await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
            var request = new PutFileChunkRequest
            {
                ConversationId = Bytes(conversation),
                FileId = Bytes(file),
                Index = index,
                Last = next == 0,
                Data = UnsafeByteOperations.UnsafeWrap(cipher is null ? chunk : await cipher.SealAsync(index, next == 0, chunk)),
            };
            if (await PutChunkAsync(request, ct) is { } why)
            {
                return why;
            }

            size += (ulong)chunk.Length;
            progress?.Report((long)size);
            if (request.Last)
            {
                return new Attachment { FileId = Bytes(file), Name = name, MediaType = mediaType, Size = size };
            }

            filled = next;
        }
    }

    /// <summary>Puts a chunk, again after every break; null when it is stored.</summary>
    private async Task<ClientRefusal?> PutChunkAsync(PutFileChunkRequest request, CancellationToken ct)
    {
        while (true)
        {
            var seen = Changes;
            var put = await AskAsync(Method.PutFileChunk, request, PutFileChunkResponse.Parser, ct);
            if (put.TryGet(out _, out var why))
            {
                return null;
            }

            // Without a link at the beginning nothing has been done yet, and whoever asked may be told so.
            var waits = why.Reason is ClientRefusal.OutcomeUnknown || (why.Reason is ClientRefusal.Offline && request.Index > 0);
            if (!waits || Status.Phase is LinkPhase.Ended)
            {
                return why;
            }

            ct.ThrowIfCancellationRequested();
            await WaitAsync(seen, ct);
        }
    }

    /// <summary>A fresh key for a file, kept until the message that attaches it is sent; null where nothing is sealed.</summary>
    private FileCipher? Cipher(ConversationId conversation, FileId file)
    {
        if (!ring.IsEnrolled)
        {
            return null;
        }

        var key = RandomNumberGenerator.GetBytes(FileCipher.KeySize);
        store.KeepFileKey(file.ToBytes(), key);
        var cipher = new FileCipher(parts!.Aeads, key, Profile.Company, conversation, file);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    /// <summary>
    /// Copies a stored file out. One that was sealed is opened with the key of the message that attaches it, which must have been opened; a chunk that was changed
    /// ends it as <see cref="ClientRefusal.FileForged"/>, and what was written before is to be thrown away.
    /// </summary>
    public async Task<Result<long, ClientRefusal>> GetFileAsync(ConversationId conversation, FileId file, Stream target, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(target);
        long size = 0;
        var key = ring.FileKey(file);
        if (key is null && ring.IsSealed(file))
        {
            return new ClientRefusal(ClientRefusal.NotOpened);
        }

        using var cipher = key is null ? null : new FileCipher(parts!.Aeads, key, Profile.Company, conversation, file);
        for (uint index = 0; ; index++)
        {
            var request = new GetFileChunkRequest { ConversationId = Bytes(conversation), FileId = Bytes(file), Index = index };
            if (!(await AskAsync(Method.GetFileChunk, request, GetFileChunkResponse.Parser, ct)).TryGet(out var chunk, out var why))
            {
                return why;
            }

            var data = chunk.Data.Memory;
            if (cipher is not null)
            {
                if (await cipher.OpenAsync(index, chunk.Last, data) is not { } opened)
                {
                    return new ClientRefusal(ClientRefusal.FileForged);
                }

                data = opened;
            }

            await target.WriteAsync(data, ct);
            size += data.Length;
            if (chunk.Last || chunk.Data.IsEmpty)
            {
                return size;
            }
        }
    }

    /// <inheritdoc cref="AskAsync{TResponse}(Method, IMessage, MessageParser{TResponse}, TimeSpan, CancellationToken)"/>
    public Task<Result<TResponse, ClientRefusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
        => AskAsync(method, request, parser, Patience, ct);

    private static ByteString Bytes<TId>(TId id)
        where TId : struct, IEntityId<TId>
        => UnsafeByteOperations.UnsafeWrap(id.ToBytes());
}
