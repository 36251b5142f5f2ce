using System.Text;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>Which contents the model takes from a client.</summary>
internal static class ModelRules
{
    private const int TextBytes = 40_000;

    public static Refusal? Refusal(ByteString bytes, out Content? content)
    {
        try
        {
            content = Content.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            content = null;
            return Invalid("messaging.malformed");
        }

        return content.KindCase switch
        {
            Content.KindOneofCase.Post => Text(content.Post.Body),
            Content.KindOneofCase.Edit => Text(content.Edit.Body) ?? Pointing(content.Edit.Target),
            Content.KindOneofCase.Recall => Pointing(content.Recall.Target),
            Content.KindOneofCase.Reaction => Pointing(content.Reaction.Target),
            _ => Invalid("messaging.kind-not-allowed"),
        };
    }

    public static ulong TargetOf(Content content) => content.KindCase switch
    {
        Content.KindOneofCase.Post => content.Post.Thread,
        Content.KindOneofCase.Edit => content.Edit.Target,
        Content.KindOneofCase.Recall => content.Recall.Target,
        Content.KindOneofCase.Reaction => content.Reaction.Target,
        _ => 0,
    };

    private static Refusal? Text(Body? body)
        => body is not { Text.Length: > 0 } ? Invalid("messaging.malformed")
            : Encoding.UTF8.GetByteCount(body.Text) > TextBytes ? new Refusal { Code = RefusalCode.TooLarge, Reason = "messaging.too-large" }
            : null;

    private static Refusal? Pointing(ulong target) => target == 0 ? Invalid("messaging.unknown-target") : null;

    private static Refusal Invalid(string reason) => new() { Code = RefusalCode.Invalid, Reason = reason };
}
