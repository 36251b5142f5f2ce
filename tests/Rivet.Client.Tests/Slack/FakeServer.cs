using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Rivet.Client.Slack;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Tests.Slack;

/// <summary>The rules of the import requests in memory: identities, bounds, targets, whole batches.</summary>
internal sealed class FakeServer : IImportTarget
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ByteString> people = [];
    private readonly Dictionary<string, FakeConversation> conversations = [];
    private int busy;

    public Dictionary<string, ImportedPerson> People { get; } = [];

    public Dictionary<(ByteString File, uint Index), byte[]> Chunks { get; } = [];

    public IEnumerable<FakeConversation> Conversations => conversations.Values;

    public FakeConversation Only => conversations.Values.Single();

    /// <summary>After so many stored batches the link is lost.</summary>
    public int? LosesLinkAfter { get; set; }

    /// <summary>The next so many requests find the server busy.</summary>
    public int BusyFor { get => busy; set => busy = value; }

    public int Batches { get; private set; }

    public int MostAtOnceInOneConversation { get; private set; }

    public async ValueTask<Result<TResponse, Refusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
    {
        ct.ThrowIfCancellationRequested();
        if (Interlocked.Decrement(ref busy) >= 0)
        {
            return new Refusal { Code = RefusalCode.TooMany, Reason = "link.too-many" };
        }

        var bytes = request.ToByteArray();
        Result<IMessage, Refusal> answer = method switch
        {
            Method.ImportPeople => Import(ImportPeopleRequest.Parser.ParseFrom(bytes)),
            Method.ImportConversation => Import(ImportConversationRequest.Parser.ParseFrom(bytes)),
            Method.PutFileChunk => Put(PutFileChunkRequest.Parser.ParseFrom(bytes)),
            Method.ImportEntries => await ImportAsync(ImportEntriesRequest.Parser.ParseFrom(bytes), bytes.Length),
            _ => new Refusal { Code = RefusalCode.UnknownMethod },
        };
        return answer.TryGet(out var message, out var refusal) ? (TResponse)message : refusal;
    }

    private Result<IMessage, Refusal> Import(ImportPeopleRequest request)
    {
        if (request.People.Count is 0 or > 500)
        {
            return Invalid("people");
        }

        var response = new ImportPeopleResponse();
        foreach (var person in request.People)
        {
            var key = $"{request.Source} {person.ExternalId}";
            if (!people.TryGetValue(key, out var id))
            {
                people.Add(key, id = IdOf(key));
                People.Add(person.ExternalId, person);
                response.Added++;
            }

            response.PersonIds.Add(id);
        }

        return response;
    }

    private Result<IMessage, Refusal> Import(ImportConversationRequest request)
    {
        var key = $"{request.Source} {request.ExternalId}";
        if (request.Members.Any(member => !people.ContainsValue(member)) || request.Title.Length is 0 or > 200)
        {
            return Invalid("conversation");
        }

        var existed = conversations.TryGetValue(key, out var conversation);
        conversation ??= conversations[key] = new FakeConversation(IdOf(key), request.Title);
        conversation.Members.UnionWith(request.Members);
        return new ImportConversationResponse
        {
            Conversation = new Conversation { ConversationId = conversation.Id, Title = conversation.Title },
            Existed = existed,
        };
    }

    private Result<IMessage, Refusal> Put(PutFileChunkRequest request)
    {
        lock (gate)
        {
            if (request.Data.Length > 256 * 1024 || (request.Index > 0 && !Chunks.ContainsKey((request.FileId, request.Index - 1))))
            {
                return Invalid("chunk");
            }

            return new PutFileChunkResponse { Duplicate = !Chunks.TryAdd((request.FileId, request.Index), request.Data.ToByteArray()) };
        }
    }

    private async Task<Result<IMessage, Refusal>> ImportAsync(ImportEntriesRequest request, int size)
    {
        FakeConversation conversation;
        lock (gate)
        {
            conversation = conversations.Values.Single(candidate => candidate.Id == request.ConversationId);
            MostAtOnceInOneConversation = Math.Max(MostAtOnceInOneConversation, ++conversation.UnderWay);
        }

        await Task.Yield();
        lock (gate)
        {
            conversation.UnderWay--;
            if (LosesLinkAfter is { } last && Batches >= last)
            {
                return new Refusal { Code = RefusalCode.Unavailable, Reason = "link.lost" };
            }

            if (request.Entries.Count is 0 or > 500 || size > 512 * 1024 || request.Entries.Any(entry => !people.ContainsValue(entry.AuthorPersonId)))
            {
                return Invalid("batch");
            }

            var stored = conversation.Entries.ToDictionary(entry => entry.ExternalId);
            var response = new ImportEntriesResponse();
            foreach (var entry in request.Entries)
            {
                if (entry.TargetExternalId.Length > 0 && !stored.ContainsKey(entry.TargetExternalId))
                {
                    return Invalid($"target {entry.TargetExternalId}");
                }

                if (stored.TryAdd(entry.ExternalId, entry))
                {
                    response.Added++;
                }
                else
                {
                    response.Existed++;
                }
            }

            conversation.Entries.AddRange(request.Entries.Where(entry => !conversation.Entries.Any(old => old.ExternalId == entry.ExternalId)));
            Batches++;
            return response;
        }
    }

    private static ByteString IdOf(string key) => ByteString.CopyFrom(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16));

    private static Refusal Invalid(string detail) => new() { Code = RefusalCode.Invalid, Reason = "fake.invalid", Detail = detail };
}

internal sealed class FakeConversation(ByteString id, string title)
{
    public ByteString Id { get; } = id;

    public string Title { get; } = title;

    public HashSet<ByteString> Members { get; } = [];

    public List<ImportedEntry> Entries { get; } = [];

    public int UnderWay { get; set; }

    public IEnumerable<Content> Contents => Entries.Select(entry => Content.Parser.ParseFrom(entry.Content));

    public IEnumerable<Post> Posts => Contents.Where(content => content.Post is not null).Select(content => content.Post);
}
