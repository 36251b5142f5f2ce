using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Rivet.Hosting.Link;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Composes conversations: their logs, delivery to devices, files, read positions and imports.</summary>
public static class MessagingModule
{
    /// <summary>Adds the module. It needs the store, the cluster, Access, Vault and an <see cref="IPeople"/>.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        services.AddMigrations("messaging", typeof(MessagingModule).Assembly);
        services.AddHostedService<RestoreStart>();
        services.AddMetrics();
        services.AddSingleton<PolicyBook>().AddSingleton<DestructionCount>().AddSingleton<PolicyEndpoints>();
        services.AddSingleton(provider => new KeyServerOrigins(provider.GetRequiredService<IStore>()));
        services.AddSingleton<Allowances>().AddSingleton<HeldBack>();
        services.AddSingleton<MonthEmptying>().AddSingleton<RetentionSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<RetentionSweep>());
        services.AddSingleton<EntrySeal>();
        services.AddSingleton<Appender>();
        services.AddSingleton<ServerEntries>();
        services.AddSingleton<Announcer>();
        services.AddSingleton<MembershipBook>();
        services.AddSingleton<ConversationBook>();
        services.AddSingleton<ConversationReader>();
        services.AddSingleton<ImportBook>();
        services.AddSingleton<Switchboard>();
        services.AddSingleton<ILwsConnectionObserver>(provider => provider.GetRequiredService<Switchboard>());
        services.AddSingleton<PresenceBoard>();
        services.AddSingleton<ILwsConnectionObserver>(provider => provider.GetRequiredService<PresenceBoard>());
        services.AddSingleton<LiveEndpoints>();
        services.AddSingleton<ConversationEndpoints>();
        services.AddSingleton<EntryEndpoints>();
        services.AddSingleton<PositionEndpoints>();
        services.AddSingleton<FileEndpoints>();
        services.AddSingleton<ImportEndpoints>();
        services.AddSingleton<IStatusSource, MessagingStatus>();
        return services.AddOutboxConsumer<ActivityConsumer>();
    }

    /// <summary>Maps the module's requests.</summary>
    public static LwsEndpoints MapMessaging(this LwsEndpoints endpoints, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var conversations = services.GetRequiredService<ConversationEndpoints>();
        var entries = services.GetRequiredService<EntryEndpoints>();
        var positions = services.GetRequiredService<PositionEndpoints>();
        var live = services.GetRequiredService<LiveEndpoints>();
        var files = services.GetRequiredService<FileEndpoints>();
        var imports = services.GetRequiredService<ImportEndpoints>();
        var policies = services.GetRequiredService<PolicyEndpoints>();

        endpoints.Map(Method.ListConversations, ListConversationsRequest.Parser, Permissions.List, (who, _) => Resource.Of(who.Company), Answering<ListConversationsRequest, ListConversationsResponse>(conversations.ListAsync));
        endpoints.Map(Method.CreateConversation, CreateConversationRequest.Parser, Permissions.Create, (who, _) => Resource.Of(who.Company), Answering<CreateConversationRequest, CreateConversationResponse>(conversations.CreateAsync));
        endpoints.Map(Method.AddMembers, AddMembersRequest.Parser, Permissions.Manage, (who, request) => Conversation(who, request.ConversationId), Answering<AddMembersRequest, AddMembersResponse>(conversations.AddAsync));
        endpoints.Map(Method.RemoveMember, RemoveMemberRequest.Parser, Permissions.Leave, (who, request) => Conversation(who, request.ConversationId), Answering<RemoveMemberRequest, RemoveMemberResponse>(conversations.RemoveAsync));
        endpoints.Map(Method.Send, SendRequest.Parser, Permissions.Send, (who, request) => Conversation(who, request.ConversationId), Answering<SendRequest, SendResponse>(entries.SendAsync));
        endpoints.Map(Method.Fetch, FetchRequest.Parser, Permissions.Read, (who, request) => Conversation(who, request.ConversationId), Answering<FetchRequest, FetchResponse>(entries.FetchAsync));
        endpoints.Map(Method.Acknowledge, AcknowledgeRequest.Parser, Permissions.List, (who, _) => Resource.Of(who.Company), Answering<AcknowledgeRequest, AcknowledgeResponse>(positions.AcknowledgeAsync));
        endpoints.Map(Method.MarkRead, MarkReadRequest.Parser, Permissions.Read, (who, request) => Conversation(who, request.Cursor?.ConversationId), Answering<MarkReadRequest, MarkReadResponse>(positions.MarkReadAsync));
        endpoints.Map(Method.ListRead, ListReadRequest.Parser, Permissions.Read, (who, request) => Conversation(who, request.ConversationId), Answering<ListReadRequest, ListReadResponse>(positions.ListReadAsync));
        endpoints.Map(Method.ShowTyping, ShowTypingRequest.Parser, Permissions.Send, (who, request) => Conversation(who, request.ConversationId), Answering<ShowTypingRequest, ShowTypingResponse>(live.ShowTypingAsync));
        endpoints.Map(Method.WatchPresence, WatchPresenceRequest.Parser, Permissions.WatchPresence, (who, _) => Resource.Of(who.Company), Answering<WatchPresenceRequest, WatchPresenceResponse>(live.WatchPresenceAsync));
        endpoints.Map(Method.PutFileChunk, PutFileChunkRequest.Parser, Permissions.PutFile, (who, request) => Conversation(who, request.ConversationId), Answering<PutFileChunkRequest, PutFileChunkResponse>(files.PutAsync));
        endpoints.Map(Method.GetFileChunk, GetFileChunkRequest.Parser, Permissions.GetFile, (who, request) => Conversation(who, request.ConversationId), Answering<GetFileChunkRequest, GetFileChunkResponse>(files.GetAsync));
        endpoints.Map(Method.ImportConversation, ImportConversationRequest.Parser, Permissions.Import, (who, _) => Resource.Of(who.Company), Answering<ImportConversationRequest, ImportConversationResponse>(imports.ImportConversationAsync));
        endpoints.Map(Method.ImportEntries, ImportEntriesRequest.Parser, Permissions.Import, (who, _) => Resource.Of(who.Company), Answering<ImportEntriesRequest, ImportEntriesResponse>(imports.ImportEntriesAsync));
        endpoints.Map(Method.ReadMessagePolicy, ReadMessagePolicyRequest.Parser, Permissions.Policy, (who, _) => Resource.Of(who.Company), Answering<ReadMessagePolicyRequest, ReadMessagePolicyResponse>(policies.ReadAsync));
        endpoints.Map(Method.ChangeMessagePolicy, ChangeMessagePolicyRequest.Parser, Permissions.Policy, (who, _) => Resource.Of(who.Company), Answering<ChangeMessagePolicyRequest, ChangeMessagePolicyResponse>(policies.ChangeAsync));
        return endpoints;
    }

    private static Resource? Conversation(Subject who, ByteString? id)
        => EntityId.TryRead<ConversationId>(id is null ? default : id.Span, out var conversation) ? Resource.Of(conversation, who.Company) : null;

    /// <summary>A store or a cluster that cannot answer is a refusal the client may try again after, by the same ids.</summary>
    private static Func<Permit, TRequest, CancellationToken, ValueTask<Result<TResponse, Refusal>>> Answering<TRequest, TResponse>(
        Func<Permit, TRequest, CancellationToken, ValueTask<Result<TResponse, Refusal>>> handle)
        => async (permit, request, ct) =>
        {
            try
            {
                return await handle(permit, request, ct);
            }
            catch (Exception exception) when (exception is StoreUnavailableException or OrleansException or TimeoutException)
            {
                return MessagingRefusal.StoreUnavailable.ToWire();
            }
        };
}
