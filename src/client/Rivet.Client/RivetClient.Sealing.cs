using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Client.Sealing;
using Rivet.Kernel;
using Rivet.MessageKeys;
using Rivet.Wire;

namespace Rivet.Client;

/// <summary>An entry with its body opened, where it was sealed by the company's own keys and can be.</summary>
/// <param name="Content">The content: with its text when opened, else as it is; null when it cannot be read at all.</param>
/// <param name="Seal">How it stands with the seal.</param>
public readonly record struct OpenedEntry(Content? Content, SealState Seal);

/// <content>The company's own cipher: keys of its own key server, which the Rivet server never has.</content>
public sealed partial class RivetClient
{
    /// <summary>What the Rivet server says of the company's sealing: for people to see. Null when it says nothing.</summary>
    public CompanySealing? Sealing => store.Sealing() is { Enabled: true } sealing ? sealing : null;

    /// <summary>The key server that this device is enrolled with; null for none. What it seals and opens follows this alone.</summary>
    public KeyServerStatus? KeyServer => parts is not null && store.KeyServer() is { } server
        ? new KeyServerStatus(server.Host, (int)server.Port, server.Person, Convert.ToHexStringLower(server.Pin.Span), ring.State)
        : null;

    /// <summary>Whether what the Rivet server names as the company's key server is another one than this device's.</summary>
    public bool NamesOtherKeyServer => Sealing is { } sealing && store.KeyServer() is { } server && !sealing.Pin.Equals(server.Pin);

    /// <summary>Enrols this device with the company's key server; from then on it seals all that it posts. Gives whom the key server calls its owner.</summary>
    public async Task<Result<string, ClientRefusal>> EnrolKeysAsync(EnrolmentLink link, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(link);
        if (parts is null)
        {
            return new ClientRefusal(ClientRefusal.KeysNotHere);
        }

        var server = new KeyServerRecord { Host = link.Host, Port = (uint)link.Port, Pin = ByteString.CopyFrom(link.Pin.Span), EnrolledMs = time.GetUtcNow().ToUnixTimeMilliseconds() };
        using var line = new KeyServerLine(server, identity, parts, time);
        var name = Profile.DeviceName.Length > KeyServerApi.MostNameCharacters ? Profile.DeviceName[..KeyServerApi.MostNameCharacters] : Profile.DeviceName;
        if (!(await line.EnrolAsync(link.Code.Reveal(), name.Length > 0 ? name : "-", ct)).TryGet(out var person, out var why))
        {
            return why;
        }

        server.Person = person;
        store.KeepKeyServer(server);
        await store.DurableAsync(ct);
        ring.Forget();
        return person;
    }

    /// <summary>Forgets the key server: what it sealed cannot be read here until this device is enrolled again.</summary>
    public void LeaveKeyServer()
    {
        store.ForgetKeyServer();
        ring.Forget();
    }

    /// <summary>
    /// Opens what can be opened of a timeline with the keys that are here, and asks for the others: they ring <see cref="Changes"/>. Lines whose keys were given up
    /// since are closed again. True when nothing waits any more.
    /// </summary>
    public async Task<bool> OpenAsync(Timeline timeline)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        var closings = ring.Closings;
        var isDone = true;
        for (var at = 0; at < timeline.SealedItems.Count; at++)
        {
            var item = timeline.SealedItems[at];
            if (item.Seal is SealState.Opened or SealState.Forged && closings == timeline.Closings)
            {
                continue;
            }

            // While a part is opened the line may be edited or taken back: then it is made anew of what it is of now.
            for (var part = 0; part < item.SealedBy.Count; part++)
            {
                var (entry, content) = item.SealedBy[part];
                var (state, body) = await OpenAsync(entry, content);
                if (part < item.SealedBy.Count && ReferenceEquals(item.SealedBy[part].Entry, entry))
                {
                    item.Show(state, body, content.KindCase is Wire.Content.KindOneofCase.Post);
                    isDone &= state is not SealState.Waiting;
                }
                else
                {
                    part = -1;
                }
            }
        }

        timeline.Closings = closings;
        return isDone;
    }

    /// <summary>The same, waiting for keys until <paramref name="patience"/> is over, or the key server has said how it stands.</summary>
    public async Task OpenAsync(Timeline timeline, TimeSpan patience, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            while (true)
            {
                var seen = Changes;
                if (await OpenAsync(timeline) || ring.State is not (KeyServerState.Asking or KeyServerState.Ready or KeyServerState.NoCurrentKey))
                {
                    return;
                }

                await WaitAsync(seen, either.Token);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // What is closed is shown as that.
        }
    }

    /// <summary>Opens one entry; see <see cref="OpenAsync(Timeline, TimeSpan, CancellationToken)"/>.</summary>
    public async Task<OpenedEntry> OpenAsync(Entry entry, TimeSpan patience, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var content = Timeline.Read(entry);
        if (OpaqueOf(content) is null || content is null)
        {
            return new OpenedEntry(content, SealState.None);
        }

        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        while (true)
        {
            var seen = Changes;
            var (state, body) = await OpenAsync(entry, content);
            if (body is not null)
            {
                return new OpenedEntry(Put(content, body), state);
            }

            if (state is not SealState.Waiting || ring.State is not (KeyServerState.Asking or KeyServerState.Ready or KeyServerState.NoCurrentKey))
            {
                return new OpenedEntry(content, state);
            }

            try
            {
                await WaitAsync(seen, either.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return new OpenedEntry(content, state);
            }
        }
    }

    private async ValueTask<(SealState State, SealedBody? Body)> OpenAsync(Entry entry, Content content)
    {
        if (parts is null || OpaqueOf(content) is not { } opaque)
        {
            return (SealState.Waiting, null);
        }

        if (SealedPlace.Of(Profile.Company, entry, content) is not { } place)
        {
            return (SealState.Forged, null);
        }

        var (state, body) = await CompanyCipher.OpenAsync(ring, parts.Aeads, place, opaque);
        if (body is null || content.KindCase is not Content.KindOneofCase.Post)
        {
            return (state, body);
        }

        // What is attached in clear is what was attached.
        if (!content.Post.Attachments.Select(file => file.FileId).SequenceEqual(body.Files.Select(file => file.FileId)))
        {
            return (SealState.Forged, null);
        }

        foreach (var file in body.Files.Where(file => file.Key.Length == FileCipher.KeySize))
        {
            if (EntityId.TryRead<FileId>(file.FileId.Span, out var id))
            {
                ring.KeepFileKey(id, file.Key.ToByteArray());
            }
        }

        return (state, body);
    }

    private static Opaque? OpaqueOf(Content? content)
    {
        var body = content?.KindCase switch { Wire.Content.KindOneofCase.Post => content.Post.Body, Wire.Content.KindOneofCase.Edit => content.Edit.Body, _ => null };
        return body is { FormCase: Body.FormOneofCase.Opaque, Opaque: { Scheme: CompanyCipher.Scheme } opaque } ? opaque : null;
    }

    /// <summary>The content as it was written.</summary>
    private static Content Put(Content content, SealedBody body)
    {
        var whole = content.Clone();
        if (whole.KindCase is Wire.Content.KindOneofCase.Edit)
        {
            whole.Edit.Body = new Body { Text = body.Text };
            whole.Edit.Mentions.Add(body.Mentions);
            return whole;
        }

        whole.Post.Body = new Body { Text = body.Text };
        whole.Post.Mentions.Add(body.Mentions);
        whole.Post.Attachments.Clear();
        whole.Post.Attachments.Add(body.Files.Select(file => new Attachment { FileId = file.FileId, Name = file.Name, MediaType = file.MediaType, Size = file.Size }));
        return whole;
    }
}
