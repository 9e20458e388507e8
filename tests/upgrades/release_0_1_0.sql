SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.attendances (
    event_id uuid NOT NULL,
    user_id uuid NOT NULL,
    registered_at timestamp with time zone NOT NULL
);
CREATE TABLE public.events (
    id uuid NOT NULL,
    creator_id uuid NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    start_time timestamp with time zone NOT NULL,
    end_time timestamp with time zone NOT NULL,
    capacity integer NOT NULL,
    attendees_count integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT events_attendees_count_check CHECK (((attendees_count >= 0) AND (attendees_count <= capacity))),
    CONSTRAINT events_capacity_check CHECK (((capacity >= 1) AND (capacity <= 1000000))),
    CONSTRAINT events_schedule_check CHECK ((start_time < end_time))
);
CREATE TABLE public.sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    refresh_token_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    ends_at timestamp with time zone NOT NULL,
    ip text,
    user_agent text
);
CREATE TABLE public.users (
    id uuid NOT NULL,
    username text COLLATE pg_catalog."C",
    email text,
    password_hash text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT users_account_check CHECK (((username IS NULL) = (password_hash IS NULL)))
);
INSERT INTO public.alembic_version VALUES
	('0003');
INSERT INTO public.attendances VALUES
	('01a2132a-eaf1-761d-988d-b1e17f7aa778', '01a2132a-e9ce-7340-b14c-c9aee735fe05', '2026-11-25 14:45:09.525388+00'),
	('01a2132a-eb0a-75a7-88c6-01825f33516c', '01a2132a-e9ce-7340-b14c-c9aee735fe05', '2026-11-25 14:45:09.533771+00'),
	('01a2132a-eb0f-7101-8970-5b7df1878041', '01a2132a-e9ce-7340-b14c-c9aee735fe05', '2026-11-25 14:45:09.536283+00'),
	('01a2132a-eaf1-761d-988d-b1e17f7aa778', '01a2132a-ea54-7522-9445-b85d35e8c99c', '2026-11-25 14:45:09.542772+00'),
	('01a2132a-eb0a-75a7-88c6-01825f33516c', '01a2132a-ea54-7522-9445-b85d35e8c99c', '2026-11-25 14:45:09.549836+00'),
	('01a2132a-eb04-7143-9ffb-d0509e52b03a', '01a2132a-ea54-7522-9445-b85d35e8c99c', '2026-11-25 14:45:09.557565+00'),
	('01a2132a-eaf1-761d-988d-b1e17f7aa778', '01a2132a-eacb-76df-ad6e-0d914cced5ec', '2026-11-25 14:45:09.56082+00');
INSERT INTO public.events VALUES
	('01a2132a-eb0f-7101-8970-5b7df1878041', '01a2132a-ea54-7522-9445-b85d35e8c99c', 'Chess for one', 'Chess for one with ada & grace: 50% off, über-tea ☕', '2099-05-18 16:00:00+00', '2099-05-18 17:00:00+00', 1, 1, '2026-11-25 14:45:09.519659+00', '2026-11-25 14:45:09.519659+00'),
	('01a2132a-eb04-7143-9ffb-d0509e52b03a', '01a2132a-eacb-76df-ad6e-0d914cced5ec', 'Nobody''s breakfast', 'Nobody''s breakfast with ada & grace: 50% off, über-tea ☕', '2026-11-25 14:45:12.006947+00', '2026-11-25 14:50:12.006947+00', 1000, 1, '2026-11-25 14:45:09.508141+00', '2026-11-25 14:45:09.508141+00'),
	('01a2132a-eaf1-761d-988d-b1e17f7aa778', '01a2132a-e9ce-7340-b14c-c9aee735fe05', 'Morning tea', 'Morning tea with ada & grace: 50% off, über-tea ☕', '2026-11-25 14:45:12.006947+00', '2026-11-25 14:55:12.006947+00', 1000, 3, '2026-11-25 14:45:09.48943+00', '2026-11-25 14:45:09.48943+00'),
	('01a2132a-eb0a-75a7-88c6-01825f33516c', '01a2132a-e9ce-7340-b14c-c9aee735fe05', 'Long walk', 'Long walk with ada & grace: 50% off, über-tea ☕', '2099-05-17 16:00:00+00', '2099-05-17 18:00:00+00', 1000, 2, '2026-11-25 14:45:09.514899+00', '2026-11-25 14:45:09.514899+00');
INSERT INTO public.sessions VALUES
	('01a2132a-ea0e-72fe-a496-d2c0bc143dfa', '01a2132a-e9ce-7340-b14c-c9aee735fe05', '\x259b230e8056a800548f73262de94b9f8c8a18b7d20e97e26bf3bdec7d696354', '2026-11-25 14:45:09.262228+00', '2026-11-25 14:45:09.262228+00', '2026-11-26 14:45:09.262228+00', NULL, '2026-12-25 14:45:09.262228+00', '127.0.0.1', 'python-httpx/0.28.1'),
	('01a2132a-ea8f-77fd-8a4a-ddae0ea4903e', '01a2132a-ea54-7522-9445-b85d35e8c99c', '\x6423009b75f85c2e57a7378128063358aa1dffe22d18c0ebf508c2e2f2d10551', '2026-11-25 14:45:09.391976+00', '2026-11-25 14:45:09.391976+00', '2026-11-26 14:45:09.391976+00', NULL, '2026-12-25 14:45:09.391976+00', '127.0.0.1', 'python-httpx/0.28.1'),
	('01a2132a-f55d-7039-9903-8dc02e0b38c6', '01a2132a-ea54-7522-9445-b85d35e8c99c', '\x52bb398d15452df6abf5b328fbb573af613712dcb83bfcb63373ca2aba61deac', '2026-11-25 14:45:12.157975+00', '2026-11-25 14:45:12.178111+00', '2026-11-26 14:45:12.178111+00', NULL, '2026-12-25 14:45:12.157975+00', '127.0.0.1', 'python-httpx/0.28.1'),
	('01a2132a-f59c-7219-b664-178b8bc49a05', '01a2132a-ea54-7522-9445-b85d35e8c99c', '\xa69e095bc26931edae014bc7e44553d58d7b74425b71652c3578318388eb4cc4', '2026-11-25 14:45:12.220321+00', '2026-11-25 14:45:12.220321+00', '2026-11-26 14:45:12.220321+00', '2026-11-25 14:45:12.229898+00', '2026-12-25 14:45:12.220321+00', '127.0.0.1', 'python-httpx/0.28.1');
INSERT INTO public.users VALUES
	('01a2132a-e9ce-7340-b14c-c9aee735fe05', 'ada', 'ada@example.org', '$argon2id$v=19$m=19456,t=2,p=1$oa+VA/aFSTDJ2gTlj9Q90Q$0JQLoE0HlW7zfrcb9Cuyvn2xV/u0UAdI28Mp4pAwfas', '2026-11-25 14:45:09.198694+00'),
	('01a2132a-ea54-7522-9445-b85d35e8c99c', 'Grace', NULL, '$argon2id$v=19$m=19456,t=2,p=1$6ZqIYhOqINd+3JCCPUz/iQ$vZgycbMdMfUtplFgeCR9iyQlpyM61bmlEFfa48RUazc', '2026-11-25 14:45:09.332298+00'),
	('01a2132a-eacb-76df-ad6e-0d914cced5ec', NULL, NULL, NULL, '2026-11-25 14:45:09.451418+00');
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.attendances
    ADD CONSTRAINT attendances_pkey PRIMARY KEY (event_id, user_id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE INDEX attendances_registration_idx ON public.attendances USING btree (event_id, registered_at, user_id);
CREATE INDEX attendances_user_id_idx ON public.attendances USING btree (user_id, event_id);
CREATE INDEX events_creator_id_idx ON public.events USING btree (creator_id, start_time, id);
CREATE INDEX events_end_time_idx ON public.events USING btree (end_time);
CREATE INDEX events_period_idx ON public.events USING gist (tstzrange(start_time, end_time));
CREATE INDEX events_start_time_idx ON public.events USING btree (start_time, id);
CREATE INDEX sessions_user_id_idx ON public.sessions USING btree (user_id);
CREATE UNIQUE INDEX users_username_key ON public.users USING btree (lower(username));
ALTER TABLE ONLY public.attendances
    ADD CONSTRAINT attendances_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.attendances
    ADD CONSTRAINT attendances_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES public.users(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
