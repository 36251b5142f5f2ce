using System.Text;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Turns stored conversations into what clients see: all titles are opened in one batch.</summary>
internal sealed class ConversationReader(EntrySeal seal)
{
    /// <summary>A destroyed title is shown as none; a vault out of reach refuses the whole answer.</summary>
    public async ValueTask<Result<List<Conversation>, MessagingRefusal>> OpenAsync(
        CompanyId company, IReadOnlyList<ConversationView> views, CancellationToken ct)
    {
        var titled = views.Where(view => view.Row.SealedTitle is not null).ToList();
        var sealedTitles = titled.Select(view => new Ciphertext(view.Row.SealedTitle, EntrySeal.OfTitle(company, view.Row.Id))).ToArray();
        var titles = new Dictionary<ConversationId, string>();
        var opened = sealedTitles.Length == 0 ? [] : await seal.OpenAsync(company, sealedTitles, ct);
        for (var index = 0; index < opened.Length; index++)
        {
            if (opened[index].TryGet(out var title, out var refusal))
            {
                titles[titled[index].Row.Id] = Encoding.UTF8.GetString(title);
            }
            else if (refusal != VaultRefusal.Destroyed)
            {
                return EntrySeal.Translate(refusal);
            }
        }

        return views.Select(view => ToWire(view, titles.GetValueOrDefault(view.Row.Id, string.Empty))).ToList();
    }

    public static Conversation ToWire(ConversationView view, string title)
    {
        var conversation = new Conversation
        {
            ConversationId = ByteString.CopyFrom(view.Row.Id.ToBytes()),
            Kind = view.Row.Kind,
            Title = title,
            MemberCount = (uint)view.MemberCount,
            LastSequence = (ulong)view.LastSequence,
            LastMs = view.LastMs,
            ReadSequence = (ulong)view.ReadSequence,
            DeviceCursor = (ulong)view.DeviceCursor,
        };
        conversation.Members.AddRange(view.Members.Select(person => ByteString.CopyFrom(person.ToBytes())));
        return conversation;
    }
}
