using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Seals the entries the server itself writes into a log: joins, leaves and titles.</summary>
internal sealed class ServerEntries(EntrySeal seal)
{
    public static Content Joined(PersonId person) => new() { Membership = new Membership { PersonId = ByteString.CopyFrom(person.ToBytes()) } };

    public static Content Left(PersonId person)
        => new() { Membership = new Membership { PersonId = ByteString.CopyFrom(person.ToBytes()), Left = true } };

    public static Content Titled(string title) => new() { Titled = new Titled { Title = title } };

    /// <summary>Seals one entry for each content, in one batch, on behalf of who caused them.</summary>
    public async ValueTask<Result<List<NewEntry>, MessagingRefusal>> SealAsync(
        Subject actor, ConversationId conversation, IReadOnlyList<Content> contents, CancellationToken ct)
    {
        var company = actor.Company;
        var origins = contents.Select(_ => Origin.OfServer()).ToArray();
        var bodies = contents.Select(content => content.ToByteArray()).ToArray();
        var plaintexts = bodies.Zip(origins, (body, origin) => new Plaintext(body, EntrySeal.OfEntry(company, conversation, origin.Bytes)));
        var answer = await seal.SealAsync(company, plaintexts.ToArray(), ct);
        if (!answer.TryGet(out var sealedBodies, out var refusal))
        {
            return EntrySeal.Translate(refusal);
        }

        return contents.Select((content, index) => new NewEntry
        {
            Company = company,
            Conversation = conversation,
            Origin = origins[index],
            Kind = content.KindCase,
            Author = actor.Person,
            Device = actor.Device,
            Content = bodies[index],
            Sealed = sealedBodies[index],
        }).ToList();
    }
}
